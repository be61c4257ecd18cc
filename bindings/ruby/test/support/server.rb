# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# A stand-in for the API on the loopback, in a process of its own. It prints its port. The id that is
# asked for says what is answered:
#
#     event, event-...     the event
#     delay-MS...          the event, after a while
#     large-BYTES          an event with a name of this length
#     echo                 an event whose custom tags are the request's headers
#     status-CODE          an error with that status, a title, meta and Retry-After: 7
#     limited              a 200 with the rate limit's headers
#     silent...            no answer at all
#
# A search's query says how many events there are, "count:250", a second apart and back from
# 2026-01-01 00:00:00 UTC. Words in it: "slow" waits before each answer, "odd" has an odd event among them,
# "once-503" answers the first request with that status, "many" has them all in one instant, "silent".
#
# It ends with its standard input.

require "json"
require "socket"
require "time"

def event(id, attributes = {})
  { data: { id: id, type: "dora_failure", attributes: {
    services: ["shopist"], team: ["backend"], env: %w[prod staging], name: "Database outage", severity: "High",
    version: "v1", custom_tags: ["department:engineering", "a:b:c"],
    started_at: 1_693_491_974_123_456_789, finished_at: 1_693_491_984_123_456_789, **attributes
  } } }
end

def answer(id, headers)
  case id
  when /\Adelay-(\d+)/
    sleep Regexp.last_match(1).to_i / 1000.0
    [200, event(id), {}]
  when /\Alarge-(\d+)/ then [200, event(id, name: "x" * Regexp.last_match(1).to_i), {}]
  when "echo" then [200, event(id, custom_tags: headers), {}]
  when /\Astatus-(\d+)/
    item = { title: "A title", detail: "A detail", meta: { a: [1] }, source: { pointer: "/data" } }
    [Regexp.last_match(1).to_i, { errors: [item] }, { "Retry-After" => "7" }]
  when "limited"
    [200, event(id), { "X-RateLimit-Limit" => 100, "X-RateLimit-Remaining" => 99, "X-RateLimit-Period" => 60,
                       "X-RateLimit-Reset" => 30 }]
  when /\Asilent/ then sleep
  else [200, event(id), {}]
  end
end

NEWEST = Time.utc(2026)
REFUSED = Hash.new(0)

# The answer to a list request, newest first.
def list(request)
  request = JSON.parse(request, symbolize_names: true).dig(:data, :attributes)
  query = request[:query].to_s
  return sleep if query.include?("silent")

  sleep 0.3 if query.include?("slow")
  return [503, { errors: ["Unavailable"] }, {}] if query.include?("once-503") && (REFUSED[query] += 1) == 1

  from, to = request.values_at(:from, :to).map { |time| Time.iso8601(time) }
  found = Array.new(query[/count:(\d+)/, 1].to_i) { |number| [number, query.include?("many") ? NEWEST : NEWEST - number] }
  found = found.select { |_, time| time.between?(from, to) }
  found.reverse! unless request[:sort].start_with?("-")
  items = found.first(request[:limit]).map { |number, time| item(number, time, query) }
  [200, { data: items }, {}]
end

def item(number, time, query)
  started = (time.to_r * 1_000_000_000).to_i
  attributes = { started_at: started, finished_at: started + 1 }
  attributes[:team] = 5 if number == 1 && query.include?("odd")
  event("item-#{number}", attributes)[:data]
end

def serve(socket)
  while (line = socket.gets)
    headers = []
    while (header = socket.gets&.chomp) && !header.empty?
      headers << header
    end
    length = headers.find { |header| header.downcase.start_with?("content-length:") }&.slice(/\d+/).to_i
    request = socket.read(length)
    method, path = line.split
    status, body, more = method == "POST" ? list(request) : answer(path[%r{[^/]*\z}], headers)
    body = JSON.generate(body)
    fields = { "Content-Type" => "application/json", "Content-Length" => body.bytesize,
               "X-Request-Id" => "request-7", **more }
    socket.write("HTTP/1.1 #{status} Reason\r\n#{fields.map { |name, value| "#{name}: #{value}\r\n" }.join}\r\n#{body}")
  end
rescue SystemCallError
  nil # the client went away
ensure
  socket.close
end

listener = TCPServer.new("127.0.0.1", 0)
listener.listen(512)
puts listener.addr[1]
$stdout.flush
Thread.new do
  loop { Thread.new(listener.accept) { |socket| serve(socket) } }
end
$stdin.read
