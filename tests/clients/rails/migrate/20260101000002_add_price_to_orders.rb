# SPDX-License-Identifier: GPL-2.0-only
# frozen_string_literal: true

# The one that hangs when it is told to. It changes nothing before, so that it can run again after a kill.
class AddPriceToOrders < ActiveRecord::Migration[6.0]
  def up
    Hold.stop_here(connection)
    add_column :orders, :price, :integer
  end

  def down
    remove_column :orders, :price
  end
end
