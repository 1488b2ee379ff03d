"""Transport: the one place that says how this project speaks to others, and what they offer.

profiles   the versions and cipher suites of the published policy, one profile for each product
contexts   TLS contexts that offer those and no others
addresses  which addresses may be spoken to at all
databases  addresses of databases, taken apart and judged
suites     numbers of cipher suites and their names: all that a scan tries
hello      the first words of a connection, written and read without any library of TLS
probing    one of these to an endpoint, and what it answers
scanning   every version and every suite, one by one, and what that means by the policy
evidence   the same, dated, for whoever asks later
"""
