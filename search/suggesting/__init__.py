"""Suggestions from a unit's own archive: the category of a text, and who usually handles such texts.

`features` is what a model sees of a text, `linear` the model, `measuring` how well it does on texts that were held
back, `learning` trains the models of a unit in a worker and keeps them, `hints` asks the newest one. What is suggested
is a `targets.Target`: an app says which label each of its items has. A hint is shown with its confidence and decides
nothing.
"""
