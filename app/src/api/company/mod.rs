//! What a company's administrators see and do. Every function names the company by its slug; whoever does not administer
//! it is told the same as where there is none (S41).

pub mod activity;
pub mod adoption;
pub mod invitations;
pub mod members;
pub mod policy;
pub mod reset;
