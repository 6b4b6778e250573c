"""Recognition of browser, bot, place, language and source; cached, bounded, never awaited."""
