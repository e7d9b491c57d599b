# SPDX-License-Identifier: GPL-2.0-only
# frozen_string_literal: true

class CreateOrders < ActiveRecord::Migration[6.0]
  def change
    create_table(:orders) { |t| t.string :title }
  end
end
