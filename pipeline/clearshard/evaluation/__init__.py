"""The measurement behind ``clearshard eval``: gold spans against predicted spans, in figures.

    groups     labels of any origin → one of ten groups; which labels the core variant leaves out
    gold       the gold file, read line by line into checked documents
    presidio_gold  the same from a list as presidio-evaluator writes it
    coverage   sets of code points of one text: what is letters and digits, what would be removed
    scoring    one document and its predictions → counts
    metrics    counts, which add up over documents, files and processes; figures, which do not
    rendering  figures as a plain text table, or as a dictionary for JSON

Everything but the readers of files is pure. Counts and figures hold numbers only, so all of the
above can be printed and logged. `misses` is not one of them: it yields text of the gold file,
personal data by definition, and is therefore imported by name where a user has asked to see it.
"""
