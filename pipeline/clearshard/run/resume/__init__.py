"""What of earlier work stays: which transcripts are as they were, and what was made of them."""
