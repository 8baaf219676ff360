//! `experiments`: names, claims and costs.

use std::fmt::Write as _;

use guidance_lab::sweep::{Size, all};

pub fn print() {
    let mut text = String::new();
    for experiment in all(Size::Default) {
        let (about, cost) = (experiment.about(), experiment.cost());
        let _ = writeln!(
            text,
            "{:<16}{}\n{:16}{}\n{:16}{}; about {:.0} s on one core\n",
            about.name,
            about.title,
            "",
            about.claim,
            "",
            about.source,
            cost.seconds.ceil()
        );
    }
    print!("{text}");
}
