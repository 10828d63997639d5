"""Texts that become code where a page forgets to escape them."""

PAYLOADS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//example.org/x.js></ScRiPt>",
    '"><script>alert(1)</script>',
    "'><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' onfocus=alert(1) autofocus='",
    "</title><svg onload=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<math><mtext></table></math><img src=x onerror=alert(1)>",
    "{{ 7|add:7 }}{% debug %}",
    "${alert(1)} `${1}`",
    "<template><script>alert(1)</script></template>",
    "<base href=//example.org/>",
    "<meta http-equiv=refresh content=0;url=//example.org>",
    "\u2028</script>\u2029",
    "<style>*{display:none}</style>",
]
