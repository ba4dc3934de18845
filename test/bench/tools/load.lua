-- What wrk sends: a GET or, with a body, a POST, with one of many credentials after the other.
-- Arguments: target, file of credentials (one header a line), and for a POST the file of the body. In the body, @SEED@
-- becomes a number that no other request has.
local requests, index, head, tail, seed

function init(args)
  local target, credentials, body = args[1], args[2], args[3]
  requests, index, seed = {}, 0, 0
  for line in io.lines(credentials) do
    local name, value = line:match("^([%w-]+): (.*)$")
    local headers = name and { [name] = value } or {}
    if body then headers["Content-Type"] = "application/json" end
    -- The length of the seed never changes, so the head of the request does not either.
    requests[#requests + 1] = body and headers or wrk.format("GET", target, headers)
  end
  if body then
    local text = io.open(body):read("*a")
    local from, to = text:find("@SEED@", 1, true)
    local request = wrk.format("POST", target, requests[1], text:sub(1, from - 1) .. ("0"):rep(15) .. text:sub(to + 1))
    from, to = request:find(("0"):rep(15), 1, true)
    head, tail = request:sub(1, from - 1), request:sub(to + 1)
    math.randomseed(os.time())
    seed = math.random(100, 999) * 1e12
  end
end

function request()
  if head then
    seed = seed + 1
    return head .. string.format("%.0f", seed) .. tail
  end
  index = index % #requests + 1
  return requests[index]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "\nRESULT %d %d %d %d %d %d %d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout
  ))
end
