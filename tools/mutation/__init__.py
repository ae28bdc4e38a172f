"""Mutation testing of the code that judges, predicts and trains. See README.md."""
