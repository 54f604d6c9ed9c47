"""The invented group (架空の電力グループ): people, contracts and traffic, all from one seed."""
