-- What wrk sends and what it tells afterwards. The environment says which: with BENCH_TARGETS, one
-- update after the other of the rows in that file (client code, period, version), each thread its
-- own share of them, so that it knows each row's version; else BENCH_REQUEST again and again.
local threads = {}
local head = "Host: 127.0.0.1\r\nAuthorization: Bearer " .. os.getenv("BENCH_TOKEN") .. "\r\n"

function setup(thread)
  thread:set("number", #threads)
  thread:set("share", tonumber(os.getenv("BENCH_THREADS")))
  table.insert(threads, thread)
end

local function update(target, key)
  local body = '{"status":"CALLED","remarks":"Comes on Friday","version":' .. target.version .. "}"
  target.version = target.version + 1
  return target.line .. head .. "Content-Type: application/json\r\nIdempotency-Key: " .. key
    .. "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

local function targets_of(path)
  local found, at = {}, 0
  for line in io.lines(path) do
    local code, period, version = line:match("(%S+) (%S+) (%S+)")
    if at % share == number then
      table.insert(found, {
        line = "POST /api/v1/clients/code:" .. code .. "/periods/" .. period
          .. "/events HTTP/1.1\r\n",
        version = tonumber(version),
      })
    end
    at = at + 1
  end
  return found
end

function init()
  local path, run = os.getenv("BENCH_TARGETS"), os.getenv("BENCH_RUN")
  local sent = 0
  if path then
    local targets = targets_of(path)
    request = function()
      sent = sent + 1
      return update(targets[(sent - 1) % #targets + 1], run .. "-" .. number .. "-" .. sent)
    end
    return
  end
  local line, body = os.getenv("BENCH_REQUEST"), os.getenv("BENCH_BODY") or ""
  local typed = body == "" and "" or "Content-Type: application/json\r\nContent-Length: "
    .. #body .. "\r\n"
  local whole = line .. " HTTP/1.1\r\n" .. head .. typed .. "\r\n" .. body
  request = function() return whole end
end

function done(summary, latency)
  local told = '{"requests": %d, "seconds": %f, "refused": %d, "broken": %d, '
    .. '"p50": %f, "p95": %f, "p99": %f}\n'
  local broken = summary.errors
  io.stderr:write(string.format(told, summary.requests, summary.duration / 1e6, broken.status,
    broken.connect + broken.read + broken.write + broken.timeout, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
