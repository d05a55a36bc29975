"""Makes the tests run as the daemon does: patched by gevent before anything else is imported.

pytest loads this first (``-p`` in pyproject.toml). psycopg, for one, keeps its uncooperative wait
function for ever when it is imported before the patch.
"""

from gevent import monkey

monkey.patch_all()
