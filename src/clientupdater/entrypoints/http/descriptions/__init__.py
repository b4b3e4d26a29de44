"""The words of the contract: what each member, code and header means, said once and reused."""
