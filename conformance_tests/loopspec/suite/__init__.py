"""The suite as tests: `pytest --pyargs loopspec.suite --loopspec-subject mypkg:MyTrainer`."""
