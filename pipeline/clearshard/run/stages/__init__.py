"""One stage of a run each; `clearshard.run.job` has them in their order.

settle      what earlier runs have left is finished or removed; then there is a run
decide      every file of the manifest is decided, before any content is opened
remember    eligible files are looked at from outside, and meanwhile earlier work is read
match       which transcripts are as they were, so that what was made of them stays
redact      all others are read, redacted and staged by workers
withhold    transcripts that are somebody else's too are taken out
compare     is what would be written what the run before has written?
assemble    rows become shards, the last word is spoken on each, and decisions are written
record      what the run has come to, as it will be kept
publish     announce, publish, remove, receipt, sweep

stage       what a stage is, and who is told as it begins
this_run    what all stages know: what the run was given, and who it is
moments     when it decides, and when it has ended
events      what the ledger is told of it
standstill  whether a run stands on what the newest one stood on
unchanged   how a run ends that has nothing to write
"""
