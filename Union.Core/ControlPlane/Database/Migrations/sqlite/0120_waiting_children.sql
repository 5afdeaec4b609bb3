-- The newest children that wait, for places that their parents do not need while they wait. It takes the place of an
-- index by age that nothing read any more since queues have an order of their own.

drop index actions_waiting;
create index actions_children_waiting on actions (cluster_id, queue, id) where queue_state = 1 and parent_id is not null;
