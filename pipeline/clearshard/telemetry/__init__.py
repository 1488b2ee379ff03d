"""What a run tells other systems about itself: counts, times, digests and types, never content.

outcome   how a run ended, in values
metrics   a Prometheus textfile with it
lineage   OpenLineage events: which data went in, which came out

Neither can fail or hold up a run.
"""
