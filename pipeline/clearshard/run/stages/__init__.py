"""One stage of a run each, under its name; `clearshard.run.job` has them in their order."""
