"""The recipes that ship, by name."""

from transcnn.errors import ChoiceError
from transcnn.training.recipe import Recipe
from transcnn.training.recipes import lite0, mini, nano

RECIPES = {
    recipe.name: recipe
    for recipe in (lite0.BEGIN, lite0.CONTINUE, nano.DISTILLED, nano.LABELS, mini.MINI)
}


def find_recipe(name: str) -> Recipe:
    """The recipe called `name`; ChoiceError if there is none."""
    if name not in RECIPES:
        raise ChoiceError(field="recipe", value=name, allowed=", ".join(RECIPES))
    return RECIPES[name]
