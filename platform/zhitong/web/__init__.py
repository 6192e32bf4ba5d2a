"""The look of the product: base templates, components, navigation, error pages, static files."""
