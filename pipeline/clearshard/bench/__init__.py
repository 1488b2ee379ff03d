"""How fast clearshard is next to stock Presidio on the same texts, and whether it finds the same.

    documents   a folder of transcripts → documents, each once, dealt out to rounds
    ways        stock Presidio on whole transcripts and on turns, Presidio tuned, clearshard with
                stock's recognizers, clearshard
    rounds      the ways take turns on the documents of a round, in one process on one core
    stages      where clearshard's time goes
    agreement   which spans are the same, and why others are not
    fleet       workers of a run: how two compare with one, their memory, how soon they start
    result      what was measured
    rendering   as tables, with a cost model

Everything that is timed runs in a worker like those of a run: one BLAS thread, nothing else around.
"""
