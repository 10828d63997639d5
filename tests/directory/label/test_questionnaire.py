"""The published criteria add up, and every answer counts for what is published."""

import pytest

from directory.label.questionnaire import CURRENT, QUESTIONNAIRES, Question, Questionnaire

BEST = {
    question.code: [choice.code for choice in question.choices]
    if question.several
    else question.choices[0].code
    for question in CURRENT.questions
}


@pytest.mark.parametrize("questionnaire", QUESTIONNAIRES.values(), ids=QUESTIONNAIRES)
def test_six_families_weigh_a_hundred(questionnaire: Questionnaire) -> None:
    assert len(questionnaire.families) == 6
    assert sum(family.weight for family in questionnaire.families) == 100


def test_the_best_answers_are_worth_a_hundred() -> None:
    assert CURRENT.score(BEST) == 100
    assert not CURRENT.unanswered(BEST)
    assert not CURRENT.exclusions(BEST)


def test_codes_are_once() -> None:
    codes = [question.code for question in CURRENT.questions]
    assert len(codes) == len(set(codes))
    for question in CURRENT.questions:
        assert len({choice.code for choice in question.choices}) == len(question.choices)


def test_what_is_not_answered_is_named_by_its_number() -> None:
    answers = {code: value for code, value in BEST.items() if code not in {"reception-need", "opening-late"}}
    assert CURRENT.unanswered(answers) == [2, 14]


def test_none_of_several_is_an_answer() -> None:
    question = next(question for question in CURRENT.questions if question.several)
    assert question.is_answered({question.code: []})
    assert not question.is_answered({})


@pytest.mark.parametrize("answer", ["unheard-of", ["always"], 7, None, {"a": 1}])
def test_an_answer_that_is_not_offered_is_worth_nothing_more(answer: object) -> None:
    question = CURRENT.questions[0]
    assert question.points({question.code: answer}) in {0, 10}
    assert question.points({question.code: "unheard-of"}) == 0


def excluding() -> list[tuple[Question, str]]:
    return [(q, c.code) for q in CURRENT.questions for c in q.choices if c.excludes]


@pytest.mark.parametrize(("question", "code"), excluding(), ids=[q.code for q, _ in excluding()])
def test_some_answers_exclude_whatever_the_points(question: Question, code: str) -> None:
    answers = {**BEST, question.code: code}
    assert CURRENT.score(answers) >= CURRENT.needed
    assert len(CURRENT.exclusions(answers)) == 1
