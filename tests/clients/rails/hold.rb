# SPDX-License-Identifier: GPL-2.0-only
# frozen_string_literal: true

require 'active_record'

# Stops a migration in its middle, until a file appears or the process is killed.
module Hold
  POLL_SECONDS = 0.02
  # The statement that hangs. Whoever looks sees it running; the mark tells it from others.
  SLEEP_SQL = 'SELECT SLEEP(86400) /* held by migration %d */'
  QUERY_INTERRUPTED = 1317

  class << self
    attr_accessor :where
    attr_reader :file, :lock_name

    def file=(file)
      @file = file
      @where ||= 'client'
    end

    # Learns the lock's name from the statement that ActiveRecord sends, rather than computing it again.
    def watch_lock_name
      ActiveSupport::Notifications.subscribe('sql.active_record') do |*, payload|
        found = /\bGET_LOCK\('([^']*)'/.match(payload[:sql])
        @lock_name = found[1] if found
      end
    end

    def stop_here(connection)
      case where
      when 'client' then stop_outside_sql(connection)
      when 'sql' then stop_in_sql(connection)
      end
    end

    private

    def stop_outside_sql(connection)
      announce(connection.select_value('SELECT CONNECTION_ID()'), owner(connection))
      wait_for_file
    end

    def stop_in_sql(connection)
      id = connection.select_value('SELECT CONNECTION_ID()')
      holder = owner(connection)
      helper = Thread.new { supervise(id, holder) }
      helper.report_on_exception = false
      run_sleep(connection)
      helper.value
    end

    # MariaDB answers KILL QUERY with an error, MySQL with a row.
    def run_sleep(connection)
      connection.select_value(format(SLEEP_SQL, Process.pid))
    rescue ActiveRecord::StatementInvalid => e
      raise unless e.cause.respond_to?(:error_number) && e.cause.error_number == QUERY_INTERRUPTED
    end

    # Says "holding" only once the server shows the statement, and ends it when the file appears.
    # Its own connections are short and have no default schema, so that they do not look like the migrator's.
    def supervise(id, holder)
      control do |sql|
        sleep POLL_SECONDS until sleeping?(sql, id)
      end
      announce(id, holder)
      wait_for_file
      control { |sql| sql.query("KILL QUERY #{Integer(id)}") }
    end

    def sleeping?(sql, id)
      sql.query('SHOW FULL PROCESSLIST').any? { |row| row['Id'] == id && row['Info'].to_s.include?('SLEEP(') }
    end

    def control
      settings = ActiveRecord::Base.connection_db_config.configuration_hash.except(:adapter, :database, :pool)
      client = Mysql2::Client.new(settings)
      yield client
    ensure
      client&.close
    end

    def owner(connection)
      connection.select_value("SELECT IS_USED_LOCK(#{connection.quote(lock_name)})")
    end

    def announce(id, holder)
      say "holding pid=#{Process.pid} hang=#{where} connection=#{id} lock_connection=#{holder} lock=#{lock_name}"
    end

    def wait_for_file
      sleep POLL_SECONDS until file && File.exist?(file)
    end
  end
end
