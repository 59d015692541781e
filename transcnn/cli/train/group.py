"""The commands of `train`: one for each recipe, `finetune` and `detector`."""

import click

from transcnn.cli.group import Group
from transcnn.cli.train.detector import detector
from transcnn.cli.train.finetune import finetune
from transcnn.cli.train.recipes import recipe_command
from transcnn.errors import ChoiceError

_OWN = {"finetune": finetune, "detector": detector}  # from a person's own images


class _Recipes(Group):
    """The recipes are looked up when they are needed, since they load torch."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        from transcnn.training.recipes import RECIPES

        return [*_OWN, *RECIPES]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _OWN:
            return _OWN[cmd_name]
        if cmd_name in self.list_commands(ctx):
            return recipe_command(cmd_name)
        return None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The recipe may stand behind its options, as it could when it was an argument."""
        if args and args[0].startswith("-") and args[0] not in ctx.help_option_names:
            known = self.list_commands(ctx)
            at = max((i for i, arg in enumerate(args) if arg in known), default=None)
            if at is None:
                raise ChoiceError(field="recipe", value=None, allowed=", ".join(known))
            args = [args[at], *args[:at], *args[at + 1 :]]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = self.list_commands(ctx)
        if args[0] not in known:
            raise ChoiceError(field="recipe", value=args[0], allowed=", ".join(known))
        return super().resolve_command(ctx, args)


@click.group(cls=_Recipes)
def train() -> None:
    """Train a network: your own classes by `finetune`, your own objects by `detector`, or an
    included network by its recipe.

    Ctrl-C saves and stops; --resume continues. Under torchrun several processes train together. The
    docstring of transcnn.training lists environment variables that speed it up.
    """
