#!/usr/bin/env ruby
# SPDX-License-Identifier: GPL-2.0-only
# frozen_string_literal: true

# Runs real ActiveRecord migrations, under the real advisory lock.
# Output, one line per event: "holding ...", then "done ...", "refused ..." or "failed ...".
# Exit status: 0 done, 1 failed, 2 usage, 3 refused because another migrator holds the lock.

require 'active_record'
require 'optparse'
require_relative 'hold'

REFUSED = 3

def database_config(schema)
  config = { adapter: 'mysql2', database: schema, encoding: 'utf8mb4', pool: 5,
             username: ENV.fetch('MLK_USER', 'root'), password: ENV.fetch('MLK_PASSWORD', '') }
  socket = ENV.fetch('MLK_SOCKET', '')
  return config.merge(socket: socket) unless socket.empty?

  config.merge(host: ENV.fetch('MLK_HOST', '127.0.0.1'), port: ENV.fetch('MLK_PORT', '3306').to_i)
end

def say(line)
  # One line and one write, so that the lines of two processes never mix. ActiveRecord's messages have line feeds.
  $stdout.syswrite("#{line.split.join(' ')}\n")
end

def migrate(schema)
  Hold.watch_lock_name
  ActiveRecord::Base.establish_connection(database_config(schema))
  ActiveRecord::Migration.verbose = false
  context = ActiveRecord::MigrationContext.new(File.join(__dir__, 'migrate'), ActiveRecord::SchemaMigration)
  context.migrate
  say "done pid=#{Process.pid} version=#{context.current_version}"
  0
rescue ActiveRecord::ConcurrentMigrationError => e
  say "refused pid=#{Process.pid} #{e.class}: #{e.message}"
  REFUSED
rescue StandardError => e
  say "failed pid=#{Process.pid} #{e.class}: #{e.message}"
  1
end

# ActiveRecord makes these before it takes its lock: two migrators of a fresh schema collide here, outside the lock.
def make_bookkeeping_tables(schema)
  ActiveRecord::Base.establish_connection(database_config(schema))
  ActiveRecord::SchemaMigration.create_table
  ActiveRecord::InternalMetadata.create_table
  ActiveRecord::Base.connection_handler.clear_all_connections!
  ActiveRecord::Base.remove_connection
end

# Two migrators that start together. Either may win.
def migrate_pair(schema)
  make_bookkeeping_tables(schema)
  gate, opener = IO.pipe
  pids = Array.new(2) do
    fork do
      opener.close
      gate.read
      exit!(migrate(schema))
    end
  end
  # A test that gives up ends the parent; the children must not stay and hold the lock.
  trap('TERM') { pids.each { |pid| Process.kill('KILL', pid) } }
  gate.close
  opener.close
  statuses = pids.map { |pid| Process.wait2(pid).last.exitstatus }
  statuses.sort == [0, REFUSED] ? 0 : 1
end

pair = false
parser = OptionParser.new do |o|
  o.banner = 'usage: rails_migrate.rb SCHEMA [options]'
  o.on('--hang WHERE', %w[sql client], 'stop in the second migration: in a statement, or outside SQL') { |v| Hold.where = v }
  o.on('--hold FILE', 'stop (--hang client unless given) until FILE exists') { |v| Hold.file = v }
  o.on('--program NAME', 'the program name that the server is told, for instance rake') { |v| $PROGRAM_NAME = v }
  o.on('--pair', 'two processes at once; status 0 when one finished and one was refused (sure only with --hold)') { pair = true }
end
begin
  parser.parse!
  raise OptionParser::MissingArgument, 'SCHEMA' unless ARGV.size == 1
rescue OptionParser::ParseError => e
  warn e.message, parser.banner
  exit 2
end

exit(pair ? migrate_pair(ARGV[0]) : migrate(ARGV[0]))
