"""Who somebody is: the class of viewer that a post gives, and what a post may open."""
