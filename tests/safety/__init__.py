"""What strangers bring: nothing of it takes more than it may, and nothing comes out that acts."""
