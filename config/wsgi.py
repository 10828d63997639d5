"""What gunicorn serves. PROCESS is set before Django is imported: the settings read it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("PROCESS", "web")

from django.core.wsgi import get_wsgi_application

django = get_wsgi_application()

from config.bodies import BoundedBodies  # noqa: E402  Django is set up first

application = BoundedBodies(django)
