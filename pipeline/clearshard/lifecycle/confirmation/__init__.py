"""Confirmation: what was deleted is gone from the transcript API, too. Fail closed.

- `client`: one request after the other, patient where it is throttled, never elsewhere
- `answers`: what the API says of one transcript, and page by page of all
- `verdict`: what may be concluded from both: gone, still there, or not confirmed
- `record`: the same, kept for whoever asks later
"""
