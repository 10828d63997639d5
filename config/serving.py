"""How gunicorn serves the site; PORT, BIND, WEB_WORKERS and WEB_THREADS come from the environment."""

import gc
import os

bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
# The database gives up after five seconds (config/settings.py), well before this.
timeout = 30
graceful_timeout = 5
# Worker heartbeats in memory, not on a disk that may be slow.
worker_tmp_dir = "/dev/shm"  # noqa: S108
# One file in the home folder for every gunicorn of this user: two sites would share it.
control_socket_disable = True

accesslog = "-"
logger_class = "config.logs.AccessLog"
# No address and no query string: together they say who looks for what, and from where.
access_log_format = '{"method": "%(m)s", "path": "%(U)s", "status": %(s)s, "seconds": %(L)s, "bytes": %(B)s}'


def post_worker_init(worker: object) -> None:
    """What the site is made of stays: the collector need not look through it again with every tenth answer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)
