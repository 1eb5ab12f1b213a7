"""What is this? The glossary on the screen: for any word that is seen, in lessons, and as a list to search."""
