"""How the portal is served: gunicorn -c python:fleksløn.gunicorn fleksløn.wsgi"""

import multiprocessing
import os

bind = os.environ.get("FLEKSLON_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("FLEKSLON_WEB_WORKERS", multiprocessing.cpu_count() * 2 + 1))
preload_app = True
max_requests = 5000  # WeasyPrint grows by about 9 MB per 1,000 letters
max_requests_jitter = 500
timeout = 60
graceful_timeout = 60
accesslog = None  # addresses bear no personal data, but the access log of the portal is its own table


def post_fork(server, worker):
    """Each process opens a connection of its own, and makes its first letter's fonts ready before the first user."""
    from django.db import connections

    from cases.pdf import is_available

    connections.close_all()
    is_available()
