"""The widget without scripts: picture, frame, text, JSON, badge."""
