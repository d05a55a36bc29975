"""``python -m callcore.settings.reference > docs/settings.md``."""

import sys

from callcore.settings.reference.page import page

sys.stdout.write(page())
