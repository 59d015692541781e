"""What the server sends to the browser, as bytes: read there by shared/packets.js and the store."""
