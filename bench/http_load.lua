-- The requests that wrk sends, and its result as JSON. With BENCH_TARGETS it sends one update after
-- the other of the rows in that file (client code, period, version); each thread has rows of its own,
-- so that it knows their versions. Without, it sends BENCH_REQUEST again and again.
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
  local targets, at = {}, 0
  for line in io.lines(path) do
    local code, period, version = line:match("(%S+) (%S+) (%S+)")
    if at % share == number then
      table.insert(targets, {
        line = "POST /api/v1/clients/code:" .. code .. "/periods/" .. period
          .. "/events HTTP/1.1\r\n",
        version = tonumber(version),
      })
    end
    at = at + 1
  end
  return targets
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
  local headers = body == "" and "" or "Content-Type: application/json\r\nContent-Length: "
    .. #body .. "\r\n"
  local message = line .. " HTTP/1.1\r\n" .. head .. headers .. "\r\n" .. body
  request = function() return message end
end

function done(summary, latency)
  local result = '{"requests": %d, "seconds": %f, "refused": %d, "broken": %d, '
    .. '"p50": %f, "p95": %f, "p99": %f}\n'
  local errors = summary.errors
  io.stderr:write(string.format(result, summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50) / 1e3,
    latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
