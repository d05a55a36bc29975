"""The floor in Redis or Valkey: the ports of ``stores`` and ``records``, one Lua script a verb."""
