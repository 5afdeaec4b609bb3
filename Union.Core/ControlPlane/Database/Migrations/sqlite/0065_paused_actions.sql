-- Which runs wait for somebody's answer: few among many, and asked for by the page.

create index actions_paused on actions (run_id) where phase = 9;
