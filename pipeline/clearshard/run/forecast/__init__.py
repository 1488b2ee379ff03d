"""What would be if something were otherwise; writes nothing.

what_if    another policy, another registry, or other facts of an account: decided, and compared
supposed   other facts of an account, read from `FACT=VALUE` and put into a copy of the registry
"""
