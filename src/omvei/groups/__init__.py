"""WHO: target groups, conditions over what people did and are, in `definitions/groups.yaml`."""
