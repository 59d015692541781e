"""What attention has to do with detections. No torch here."""
