"""Addresses of ratings: for anybody with a receipt, for those rated, for those who read before others do."""

from django.urls import path

from coupons.ratings.views import desk, own, rate

app_name = "ratings"

urlpatterns = [
    path("avis/", rate.rate, name="rate"),
    path("avis/donner/", rate.give, name="give"),
    path("avis/merci/", rate.thanks, name="thanks"),
    path("espace/<int:org_id>/avis/", own.reviews, name="own"),
    path("espace/<int:org_id>/avis/<int:review_id>/", own.review, name="own_review"),
    path("plateforme/avis/", desk.desk, name="desk"),
    path("plateforme/avis/<int:review_id>/", desk.review, name="desk_review"),
    path(
        "plateforme/avis/<int:review_id>/commentaire/publier/",
        desk.publish,
        {"what": "comment"},
        name="publish",
    ),
    path(
        "plateforme/avis/<int:review_id>/commentaire/refuser/",
        desk.refuse,
        {"what": "comment"},
        name="refuse",
    ),
    path(
        "plateforme/avis/<int:review_id>/reponse/publier/",
        desk.publish,
        {"what": "answer"},
        name="publish_answer",
    ),
    path(
        "plateforme/avis/<int:review_id>/reponse/refuser/",
        desk.refuse,
        {"what": "answer"},
        name="refuse_answer",
    ),
]
