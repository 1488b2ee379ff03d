"""What becomes of files after the run: deletion, as the published policy has it.

- `retention`: by when each artefact must be gone, and how it goes
- `confirmation`: that it is gone from where customers see it
"""
