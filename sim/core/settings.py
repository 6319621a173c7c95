"""Settings: a number a user may change, with its unit, its bounds and where it comes from, said once.

A behaviour declares its settings in the file it steers:

    class ShoppingSettings(Settings):
        price_sensitivity: float = setting(2.0, ge=0, unit="utility per log price", source="assumption")

`scenarios/schema.py` composes these classes into what a scenario can set; nothing is repeated there.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Base of all settings: frozen, unknown names are errors, defaults are checked too."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


def setting(default: Any = ..., *, unit: str, source: str, meaning: str = "", real_scale: bool = False,
            calibrated: bool = False, **bounds: Any) -> Any:
    """A setting with its unit, bounds (`ge`, `gt`, `le`, `lt`, `min_length` ...) and source.

    `real_scale`: written at the scale of the real market; divided once by the world's weight on load.
    `calibrated`: its value was fitted to facts marked `calibrate`; `jishi validate` perturbs it by 20%.
    `source`: a fact id ("S23"), a publication ("Karlan and Zinman 2008"), or "assumption".
    """
    extra = {"unit": unit, "source": source, "real_scale": real_scale, "calibrated": calibrated}
    return Field(default, description=meaning, json_schema_extra=extra, **bounds)


def is_real_scale(model: type[BaseModel], name: str) -> bool:
    """True if the field `name` of the settings class `model` is written at real scale."""
    return bool((model.model_fields[name].json_schema_extra or {}).get("real_scale"))
