"""`train`: a group whose commands are the recipes, and `finetune`.

group.py     the group, which knows its recipes only when it is asked for them
recipes.py   a command for each recipe
finetune.py  own classes from folders
log.py       what is seen of a run
"""
