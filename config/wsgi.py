"""What gunicorn serves. PROCESS is set before Django is imported: the settings read it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("PROCESS", "web")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
