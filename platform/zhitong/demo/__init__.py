"""The demo province: 广东省 with units, people and reports written for it."""
