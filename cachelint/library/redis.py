"""redis, fakeredis and django-redis: raw clients, whose entries Django's cache knows nothing of."""

from __future__ import annotations

RETURNS: dict[str, str] = {
    "django_redis.get_redis_connection": "redis client",
    "fakeredis.FakeRedis": "redis client",
    "redis.Redis": "redis client",
    "redis.Redis.from_url": "redis client",
    "redis.RedisCluster": "redis client",
    "redis.StrictRedis": "redis client",
    "redis.StrictRedis.from_url": "redis client",
    "redis.asyncio.Redis": "redis client",
    "redis.asyncio.from_url": "redis client",
    "redis.client.Redis": "redis client",
    "redis.cluster.RedisCluster": "redis client",
    "redis.from_url": "redis client",
    "redis.sentinel.Sentinel": "redis client",
}
