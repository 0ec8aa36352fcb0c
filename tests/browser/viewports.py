"""The sizes of windows that the pages are shown in."""
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
