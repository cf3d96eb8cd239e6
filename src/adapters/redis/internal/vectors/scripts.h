#pragma once

// What must happen in one step, as Lua for EVAL. A script touches one hash slot. One that answers
// an error that begins with FENCED found that a later change has begun.
namespace aiva::redis::scripts {

// KEYS state lease open models; ARGV owner lease_ms model_mark. {1, epoch} or {0, ms to wait}.
inline constexpr const char* acquire = R"(
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then return {0, tostring(redis.call('PTTL', KEYS[2]))} end
local time = redis.call('TIME')
local epoch = tonumber(time[1]) * 1000000 + tonumber(time[2])
local last = tonumber(redis.call('HGET', KEYS[1], 'last_epoch') or '0')
if epoch <= last then epoch = last + 1 end
local text = string.format('%.0f', epoch)
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
redis.call('HSET', KEYS[1], 'last_epoch', text, 'writing', '1', 'changed_s', time[1])
redis.call('HSETNX', KEYS[1], 'version', '0')
redis.call('HSETNX', KEYS[1], 'epoch', '0')
redis.call('HSETNX', KEYS[1], 'sets', '')
redis.call('SADD', KEYS[3], text)
redis.call('SADD', KEYS[4], ARGV[3])
return {1, text}
)";

// KEYS state lease list; ARGV epoch lease_ms member…. Adds to a list of the change.
inline constexpr const char* note = R"(
if redis.call('HGET', KEYS[1], 'last_epoch') ~= ARGV[1] then
  return redis.error_reply('FENCED by a later change')
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
for i = 3, #ARGV do redis.call('SADD', KEYS[3], ARGV[i]) end
return #ARGV - 2
)";

// KEYS fence; ARGV epoch. From now on only this change writes to the sets of a tag.
inline constexpr const char* fence = R"(
local now = redis.call('GET', KEYS[1])
if now and tonumber(now) > tonumber(ARGV[1]) then
  return redis.error_reply('FENCED by a later change')
end
redis.call('SET', KEYS[1], ARGV[1])
return 1
)";

// KEYS fence vectors names; ARGV epoch quantisation ef, then name vector attributes for each row.
inline constexpr const char* write = R"(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('FENCED by a later change')
end
for i = 4, #ARGV, 3 do
  redis.call('VADD', KEYS[2], 'FP32', ARGV[i + 1], ARGV[i], ARGV[2], 'EF', ARGV[3],
    'SETATTR', ARGV[i + 2])
  redis.call('ZADD', KEYS[3], 0, ARGV[i])
end
return (#ARGV - 3) / 3
)";

// KEYS fence vectors names; ARGV epoch, then two bounds of names for each document. Rows without
// attributes pass no filter; VREM is not used because it can end the server (redis/redis#15424).
inline constexpr const char* hide = R"(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('FENCED by a later change')
end
local hidden = 0
for i = 2, #ARGV, 2 do
  for _, name in ipairs(redis.call('ZRANGEBYLEX', KEYS[3], ARGV[i], ARGV[i + 1])) do
    redis.call('VSETATTR', KEYS[2], name, '')
    redis.call('ZREM', KEYS[3], name)
    hidden = hidden + 1
  end
end
return hidden
)";

// KEYS fence vectors vectors_to names_to; ARGV epoch quantisation ef name…. Copies rows.
inline constexpr const char* copy = R"(
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return redis.error_reply('FENCED by a later change')
end
for i = 4, #ARGV do
  local vector = redis.call('VEMB', KEYS[2], ARGV[i])
  local command = {'VADD', KEYS[3], 'VALUES', #vector}
  for j = 1, #vector do command[#command + 1] = vector[j] end
  for _, word in ipairs({ARGV[i], ARGV[2], 'EF', ARGV[3], 'SETATTR',
                         redis.call('VGETATTR', KEYS[2], ARGV[i])}) do
    command[#command + 1] = word
  end
  redis.call(unpack(command))
  redis.call('ZADD', KEYS[4], 0, ARGV[i])
end
return #ARGV - 3
)";

// KEYS state; ARGV epoch from_version to_version sets. The change is shown from now on.
inline constexpr const char* commit = R"(
if redis.call('HGET', KEYS[1], 'last_epoch') ~= ARGV[1] then
  return redis.error_reply('FENCED by a later change')
end
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'version', ARGV[3], 'epoch', ARGV[1], 'sets', ARGV[4],
  'cleaning', '1')
return 1
)";

// KEYS state; ARGV epoch sets is_clean.
inline constexpr const char* list_sets = R"(
if redis.call('HGET', KEYS[1], 'last_epoch') ~= ARGV[1] then
  return redis.error_reply('FENCED by a later change')
end
redis.call('HSET', KEYS[1], 'sets', ARGV[2])
if ARGV[3] == '1' then redis.call('HSET', KEYS[1], 'cleaning', '0') end
return 1
)";

// KEYS state open changed made lease; ARGV epoch ended_epoch owner. Forgets a change.
inline constexpr const char* forget = R"(
if redis.call('HGET', KEYS[1], 'last_epoch') ~= ARGV[1] then
  return redis.error_reply('FENCED by a later change')
end
redis.call('SREM', KEYS[2], ARGV[2])
redis.call('UNLINK', KEYS[3], KEYS[4])
if ARGV[1] == ARGV[2] then
  redis.call('HSET', KEYS[1], 'writing', '0')
  if redis.call('GET', KEYS[5]) == ARGV[3] then redis.call('DEL', KEYS[5]) end
end
return 1
)";

}  // namespace aiva::redis::scripts
